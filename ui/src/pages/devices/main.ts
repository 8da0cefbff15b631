import { open } from "../../start";
import Devices from "./Devices.svelte";

void open("devices", Devices);

import { open } from "../../start";
import Settings from "./Settings.svelte";

void open("settings", Settings);

import { open } from "../../start";
import Logons from "./Logons.svelte";

void open("logons", Logons);

import { open } from "../../start";
import FirstUse from "./FirstUse.svelte";

void open("first-use", FirstUse);

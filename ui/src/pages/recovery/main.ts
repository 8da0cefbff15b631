import { open } from "../../start";
import Recovery from "./Recovery.svelte";

void open("recovery", Recovery);

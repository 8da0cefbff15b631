import { open } from "../../start";
import Why from "./Why.svelte";

void open("why", Why);

import { open } from "../../start";
import Unlock from "./Unlock.svelte";

void open("unlock", Unlock);

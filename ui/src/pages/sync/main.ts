import { open } from "../../start";
import Sync from "./Sync.svelte";

void open("sync", Sync);

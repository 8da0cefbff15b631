import { open } from "../../start";
import Import from "./Import.svelte";

void open("import", Import);

import { open } from "../../start";
import Chooser from "./Chooser.svelte";

void open("chooser", Chooser);

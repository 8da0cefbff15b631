import { open } from "../../start";
import About from "./About.svelte";

void open("about", About);

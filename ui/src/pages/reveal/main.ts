import { open } from "../../start";
import Reveal from "./Reveal.svelte";

void open("reveal", Reveal);

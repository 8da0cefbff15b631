import { open } from "../../start";
import Publish from "./Publish.svelte";

void open("publish", Publish);

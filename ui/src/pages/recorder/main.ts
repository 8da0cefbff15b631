import { open } from "../../start";
import Recorder from "./Recorder.svelte";

void open("recorder", Recorder);

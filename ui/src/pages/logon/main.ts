import { open } from "../../start";
import Logon from "./Logon.svelte";

void open("logon", Logon);

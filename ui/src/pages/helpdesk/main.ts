import { open } from "../../start";
import Helpdesk from "./Helpdesk.svelte";

void open("helpdesk", Helpdesk);

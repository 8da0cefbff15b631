import { open } from "../../start";
import Password from "./Password.svelte";

void open("password", Password);

/** The fake agent for a real browser: the page's address says which scene it is. */

import { install, type Scene } from "./agent";

// Each scene begins anew.
localStorage.clear();
const scene = new URLSearchParams(location.search).get("scene");
install(scene === null ? {} : (JSON.parse(scene) as Scene));

// The one script of the interface. Every page works without it.

import "./clock.js";
import "./keys.js";
import "./live.js";
import "./palette.js";
import "./small.js";
import "./theme.js";
import "./undo.js";

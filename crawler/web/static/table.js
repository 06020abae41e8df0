// Sort a table by a column at a click on its heading. Every page works without it.
"use strict";

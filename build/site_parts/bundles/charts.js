// The live charts' library, as one file with its styles beside it. The page looks for it under its usual name.
import "./charts/language.js"; // before the next
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
globalThis.uPlot = uPlot;

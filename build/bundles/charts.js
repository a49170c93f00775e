// The live charts' library, as one file with its styles beside it.
import "uplot/dist/uPlot.min.css";
export { default as uPlot } from "uplot";

// All that a worker starts with in one script, which the page keeps and starts others from when one has ended: without a
// network, and as the build that the page is of (browser/page/spawner.py). Its name says what it is to be.
import { boot } from "./boot.js";

boot(self.name.split(".")[0]);

// Keeps time for the page, whose own timers come once a minute while its tab is hidden: {number, ms}, and the number comes
// back after so long.
self.onmessage = ({ data: { number, ms } }) => setTimeout(() => self.postMessage(number), ms);

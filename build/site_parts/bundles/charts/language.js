// The charts' library writes numbers as navigator.language has it, and does not run where that is no language: in
// WebKitGTK it is "C" where the system has no other.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en" });
}

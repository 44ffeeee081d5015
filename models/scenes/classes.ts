/** The detector's classes in the order of its outputs; the page's thing.ts has the same list for the browser. */
export const CLASS_NAMES = ['stall', 'debris', 'bin', 'bin_overflow', 'person', 'vehicle'] as const;

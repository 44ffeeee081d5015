/** The detector's classes in the order of its outputs. The scene page in the browser reads the same list. */
export const CLASS_NAMES = ['stall', 'parasol', 'cart', 'table', 'debris', 'rubbish', 'bin', 'bin_overflow', 'person', 'two_wheeler', 'vehicle'] as const;
export type ClassName = (typeof CLASS_NAMES)[number];

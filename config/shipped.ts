/** What is there without any configuration: models of models/, event types of the catalogue. */
export const shippedModels: readonly string[] = ['street', 'bin-state'];
export const shippedEventTypes: readonly string[] = ['stall', 'debris', 'bin_overflow'];

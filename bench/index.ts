import { ingest } from './ingest.ts';
import { latency } from './latency.ts';

/** `npm run bench -- NAME [option=value…]`: runs one bench and prints its result as one line of JSON at the end. */
const benches: Record<string, (options: Readonly<Record<string, string>>) => Promise<Record<string, unknown>>> = { ingest, latency: () => latency() };

const [name = '', ...rest] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  console.error(`npm run bench -- NAME, where NAME is one of: ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
const result = await bench(Object.fromEntries(rest.map((text) => [text.split('=')[0] ?? '', text.split('=').slice(1).join('=')])));
console.log(JSON.stringify({ bench: name, ...result }));
process.exit(result['ok'] === false ? 1 : 0);

/**
 * The import law (docs/architecture.md): domain ← config ← platform ← stages ← app.ts ← main.ts.
 * Parsed by swc because dependency-cruiser knows no TypeScript 7; type-only imports count like any other.
 */
const ours = '^(app|main)\\.ts$|^(bench|config|dashboard|demo|detector|dispatcher|domain|ingest|models|platform|scripts)/';
const stages = ['ingest', 'detector', 'dispatcher', 'dashboard'];

/** Whoever is in `folder` may import, of our own files, only what matches one of `allowed`. */
const only = (folder, allowed, comment) => ({
  name: `${folder.replace('/', '-')}-imports`,
  comment,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: { path: ours, pathNot: [`^${folder}/`, ...allowed] },
});

export default {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-resolvable', severity: 'error', from: {},
      to: { couldNotResolve: true, pathNot: ['\\?(worker|url|raw)$', '^geojson$'] },
    },
    only('domain', [], 'domain/ imports nothing of ours'),
    only('config', ['^domain/'], 'config/ imports domain/'),
    only('platform', ['^domain/', '^config/'], 'platform/ imports domain/ and config/'),
    ...stages.map((stage) => ({
      ...only(stage, ['^domain/', '^config/', '^platform/'], 'a stage imports domain/, config/ and platform/, never another stage'),
      from: { path: `^${stage}/`, pathNot: '^dashboard/web/' },
    })),
    only('dashboard/web', ['^domain/'], 'pages take types from domain/ only'),
    only('demo', ['^domain/', '^config/', '^platform/'], 'demo/ is a stage too'),
    {
      name: 'demo-is-imported-by-app-only', severity: 'error',
      from: { path: ours, pathNot: ['^demo/', '^app\\.ts$', '^bench/'] }, to: { path: '^demo/' },
    },
    {
      name: 'app-wires', comment: 'only app.ts imports the stages, and only by their index.ts', severity: 'error',
      from: { path: '^(main|app)\\.ts$|^scripts/' },
      to: { path: '^(ingest|detector|dispatcher|dashboard)/', pathNot: '^[a-z]+/index\\.ts$' },
    },
    {
      name: 'main-imports', comment: 'main.ts is the process edge', severity: 'error',
      from: { path: '^main\\.ts$' }, to: { path: ours, pathNot: ['^app\\.ts$', '^(domain|config|platform)/'] },
    },
    {
      name: 'models-hold-no-runtime-code', severity: 'error',
      from: { path: ours, pathNot: ['^models/', '^scripts/', '^bench/'] }, to: { path: '^models/.*\\.ts$' },
    },
    {
      name: 'product-imports-no-test', severity: 'error',
      from: { path: ours, pathNot: '^bench/' }, to: { path: '^test/' },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dashboard/web/dist/', '^data/', '^models/\\.venv/', '^models/work/'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'], extensions: ['.ts', '.tsx', '.js', '.mjs'] },
  },
};

/**
 * Imports go one way: main and cli construct; service and admin serve what the runtime runs; the runtime
 * joins store and core; the core knows nobody.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Whatever is in a cycle can only be understood together.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'no-cycles-in-tests',
      comment: 'A contract and its parts may share a type; they may not need each other to load.',
      severity: 'error',
      from: { pathNot: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^src/gen/' },
    },
    {
      name: 'core-imports-core-only',
      comment: 'The core takes what it needs as arguments. Its own kernels are compiled into src/gen/core.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^src/', pathNot: '^src/(gen/)?core/' },
    },
    {
      name: 'core-touches-no-machine',
      comment:
        'No clock, disk, socket or process in the core. Hashes are arithmetic, so node:crypto may stay.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'store-and-config-stand-below',
      severity: 'error',
      from: { path: '^src/(store|config)/' },
      to: { path: '^src/', pathNot: '^src/($1|core|gen)/' },
    },
    {
      name: 'runtime-knows-no-face',
      severity: 'error',
      from: { path: '^src/runtime/' },
      to: { path: '^src/', pathNot: '^src/(runtime|core|store|config|gen)/' },
    },
    {
      name: 'faces-know-no-other-face',
      severity: 'error',
      from: { path: '^src/(service|admin)/' },
      to: { path: '^src/', pathNot: '^src/($1|runtime|core|store|config|gen)/' },
    },
    {
      name: 'faces-see-the-store-by-its-ports',
      comment: 'Which store it is, is for main and cli to decide.',
      severity: 'error',
      from: { path: '^src/(service|admin|runtime)/' },
      to: { path: '^src/store/[^/]+/' },
    },
    {
      name: 'generated-code-stands-alone',
      severity: 'error',
      from: { path: '^src/gen/' },
      to: { path: '^src/', pathNot: '^src/gen/' },
    },
    {
      name: 'cli-is-imported-by-nobody',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'src-ships-alone',
      comment: 'What is built and shipped is src; examples are read by path, at run time.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|examples|dashboard)/' },
    },
    {
      name: 'dashboard-knows-answers-alone',
      comment: 'The page is built against the types of what the admin port answers, and runs elsewhere.',
      severity: 'error',
      from: { path: '^dashboard/' },
      to: { path: '^src/', pathNot: '^src/admin/(decision-views|views)[.]ts$' },
    },
    {
      name: 'src-uses-shipped-packages',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/gen/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|build|coverage)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

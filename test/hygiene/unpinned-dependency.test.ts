import { describe, expect, it } from 'vitest';
import { openCondaPackage, openNpmRange, openPoetryValue, openRequirement } from '../../src/hygiene/requirement.ts';
import { facts, file, found } from './facts.ts';

const commit = '3f2c1ab0d4e5f60718293a4b5c6d7e8f90a1b2c3';

/** Both follow pip's own grammar: https://pip.pypa.io/en/stable/reference/requirements-file-format/ and PEP 508. */
describe('a requirement', () => {
  it.each([
    'numpy==2.1.0',
    'numpy == 2.1.0 ; python_version >= "3.9"',
    'numpy===2.1.0',
    'torch[cuda]==2.4.0+cu121  # for the GPU',
    'numpy==2.1.0 --hash=sha256:abc \\',
    `siskin @ git+https://example.org/a.git@${commit}`,
    `git+https://example.org/a.git@${commit}#egg=a`,
    'wheel @ https://example.org/wheel-1.0-py3-none-any.whl',
    'https://example.org/wheel-1.0-py3-none-any.whl',
    './local',
    '-e .',
    '-r base.txt',
    '--index-url https://example.org',
    '# numpy',
    '',
  ])('%j is pinned, or none', (line) => {
    expect(openRequirement(line)).toBeNull();
  });

  it.each([
    ['numpy', 'numpy', 'any version'],
    ['numpy>=2', 'numpy', '>=2'],
    ['numpy~=2.1', 'numpy', '~=2.1'],
    ['numpy==2.*', 'numpy', '==2.*'],
    ['numpy>=2,<3 ; python_version > "3"', 'numpy', '>=2,<3'],
    ['torch[cuda]', 'torch', 'any version'],
    ['numpy (>=2)', 'numpy', '>=2'],
    ['a @ git+https://example.org/a.git@main', 'a', 'a branch'],
    ['git+https://example.org/a.git', 'git+https://example.org/a.git', 'a branch'],
    ['-e git+https://example.org/a.git@main', 'git+https://example.org/a.git@main', 'a branch'],
  ])('%j leaves its version open', (line, name, asked) => {
    expect(openRequirement(line)).toEqual({ name, asked });
  });
});

describe('the other formats', () => {
  it.each(['numpy=2.1.0', 'numpy==2.1', 'conda-forge::numpy=2.1.0=py312', '"numpy=2.1"', 'numpy 2.1.0'])(
    'conda: %j is pinned',
    (entry) => {
      expect(openCondaPackage(entry)).toBeNull();
    },
  );
  it.each(['numpy', 'numpy>=2', 'conda-forge::numpy', 'numpy=2.*'])('conda: %j is open', (entry) => {
    expect(openCondaPackage(entry)).not.toBeNull();
  });
  it.each([
    '1.2.3',
    '=1.2.3',
    '1.2.3-beta.1',
    'file:../a',
    'workspace:*',
    'npm:@tensorflow/tfjs@4.22.0',
    `github:a/b#${commit}`,
  ])('npm: %j is pinned', (range) => {
    expect(openNpmRange(range)).toBeNull();
  });
  it.each(['^1.2.3', '~1.2', '1.x', '*', '', 'latest', 'github:a/b', '>=1 <2', 'npm:a@^1.0.0'])(
    'npm: %j is open',
    (range) => {
      expect(openNpmRange(range)).not.toBeNull();
    },
  );
  it.each([
    '"1.2.3"',
    '"==1.2.3"',
    '{ version = "1.2.3" }',
    '{ path = "../a" }',
    `{ git = "https://x", rev = "${commit}" }`,
  ])('Poetry: %s is pinned', (value) => {
    expect(openPoetryValue(value)).toBeNull();
  });
  it.each(['"^1.2.3"', '"*"', '"1.*"', '{ version = ">=1" }', '{ git = "https://x", branch = "main" }'])(
    'Poetry: %s is open',
    (value) => {
      expect(openPoetryValue(value)).not.toBeNull();
    },
  );
});

describe('a file of dependencies', () => {
  const pyproject = `[project]
name = "late"
dependencies = [
  "numpy>=2",  # any
  "torch==2.4.0",
]
[project.optional-dependencies]
dev = ["pytest"]
[tool.poetry.dependencies]
python = "^3.12"
pandas = "^2.0"
[tool.ruff]
target = "py312"
`;
  const environment = `name: late
channels: [conda-forge]
dependencies:
  - python=3.12
  - numpy>=2
  - pip:
      - torch
      - onnx==1.16.0
  - scipy
variables:
  - x
`;
  const manifest = JSON.stringify(
    { dependencies: { a: '^1.0.0', b: '1.0.0' }, devDependencies: { a: '^1.0.0', c: '^1.0.0' } },
    null,
    2,
  );

  it.each([
    ['requirements.txt', 'numpy\ntorch==2.4.0\n', [], ['requirements.txt:1 `numpy` asks for `any version`']],
    ['requirements.txt', '-c constraints.txt\nnumpy\n', [], []],
    [
      'pyproject.toml',
      pyproject,
      [],
      ['pyproject.toml:4 `numpy` asks for `>=2`', 'pyproject.toml:11 `pandas` asks for `^2.0`'],
    ],
    ['pyproject.toml', pyproject, ['uv.lock'], []],
    ['gpu/pyproject.toml', pyproject, ['uv.lock'], []],
    [
      'environment.yml',
      environment,
      [],
      [
        'environment.yml:5 `numpy` asks for `>=2`',
        'environment.yml:7 `torch` asks for `any version`',
        'environment.yml:9 `scipy` asks for `any version`',
      ],
    ],
    ['package.json', manifest, [], ['package.json:3 `a` asks for `^1.0.0`']],
    ['package.json', manifest, ['package-lock.json'], []],
    ['package.json', '{"dependencies": [1, null], "optionalDependencies": "x"}', [], []],
    ['package.json', 'null', [], []],
    ['docs/requirements.txt', 'sphinx\n', [], []],
  ])('%s %#', (path, text, others, expected) => {
    expect(found('unpinned-dependency', facts([file(path, text)], { others }))).toEqual(expected);
  });

  it('speaks of changed lines only', () => {
    const change = file('requirements.txt', 'numpy\npandas\n', {
      status: 'modified',
      added: [{ number: 2, text: 'pandas' }],
    });

    expect(found('unpinned-dependency', facts([change]))).toEqual([
      'requirements.txt:2 `pandas` asks for `any version`',
    ]);
  });
});

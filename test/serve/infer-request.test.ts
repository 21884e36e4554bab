import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInferRequest } from '../../src/serve/infer-request.ts';
import { renderInferResponse } from '../../src/serve/infer-response.ts';
import type { TensorSpec } from '../../src/serve/tensor.ts';

const inputs: readonly TensorSpec[] = [
  { name: 'x', datatype: 'FP32', shape: [-1, 2] },
  { name: 'word', datatype: 'BYTES', shape: [-1] },
];
const outputs: readonly TensorSpec[] = [{ name: 'y', datatype: 'FP32', shape: [-1] }];
const word = { name: 'word', datatype: 'BYTES', shape: [1], data: ['a'] };

function parse(document: unknown, specs: readonly TensorSpec[] = inputs) {
  const body = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  return parseInferRequest({ body, jsonBytes: null, inputs: specs, outputs });
}

function problems(document: unknown, specs?: readonly TensorSpec[]): readonly string[] {
  const parsed = parse(document, specs);
  return parsed.kind === 'invalid' ? parsed.problems : [];
}

describe('an inference request', () => {
  it('takes flat and nested lists alike, in the order of the model', () => {
    for (const data of [
      [1, 2, 3, null],
      [
        [1, 2],
        [3, null],
      ],
    ]) {
      const parsed = parse({
        id: 'a',
        inputs: [
          { ...word, shape: [2], data: ['é', ''] },
          { name: 'x', datatype: 'FP32', shape: [2, 2], data },
        ],
      });
      if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
      expect(parsed.inputs.map(({ name }) => name)).toEqual(['x', 'word']);
      expect(parsed.inputs[0]?.elements).toEqual(new Float32Array([1, 2, 3, Number.NaN]));
      expect(parsed.inputs[1]?.elements).toEqual(['é', '']);
      expect(parsed.outputs).toEqual([{ name: 'y', isBinary: false }]);
    }
  });

  it('names everything that does not fit at once', () => {
    const document = {
      inputs: [
        { name: 'x', datatype: 'FP64', shape: [1, 3], data: [1, 2, 3] },
        { name: 'z', datatype: 'FP32', shape: [1], data: [1] },
      ],
      outputs: [{ name: 'nope' }],
    };
    expect(problems(document)).toEqual([
      'expected datatype FP32 for input "x", found "FP64"',
      'expected a shape as "x" (FP32 [any, 2]) for input "x", found [1, 3]',
      'expected inputs "x" (FP32 [any, 2]), "word" (BYTES [any]), found "z"',
      'expected input "word" (BYTES [any]), found none',
      'expected outputs "y" (FP32 [any]), found "nope"',
    ]);
  });

  const bad: readonly (readonly [string, object, string])[] = [
    ['a text among numbers', { shape: [1, 2], data: [1, 'b'] }, 'found a string at place 1'],
    ['too few', { shape: [2, 2], data: [1, 2, 3] }, 'expected 4 elements of shape [2, 2] for input "x", found 3'],
    ['nested lists of other lengths', { shape: [2, 2], data: [[1, 2, 3], [4]] }, 'found lists of other lengths'],
    ['no rows', { shape: [0, 2], data: [] }, 'found [0, 2]'],
    ['a negative side', { shape: [-1, 2], data: [] }, 'found [-1, 2]'],
    ['a broken side', { shape: [1.5, 2], data: [1, 2, 3] }, 'found [1.5, 2]'],
    ['a shape beyond all memory', { shape: [9007199254740992, 2], data: [1] }, 'found [9007199254740992, 2]'],
    ['another rank', { shape: [2], data: [1, 2] }, 'found [2]'],
    ['no data', { shape: [1, 2] }, 'to be a list, found nothing'],
    ['an object as data', { shape: [1, 2], data: {} }, 'to be a list, found a object'],
    ['a type that is none', { shape: [1, 2], datatype: '__proto__', data: [1, 2] }, 'found "__proto__"'],
  ];
  it.each(bad)('refuses %s', (_, change, expected) => {
    expect(problems({ inputs: [{ name: 'x', datatype: 'FP32', ...change }, word] }).join('; ')).toContain(expected);
  });

  it('keeps whole numbers whole', () => {
    const spec = (datatype: TensorSpec['datatype']): TensorSpec[] => [{ name: 'n', datatype, shape: [-1] }];
    const of = (datatype: TensorSpec['datatype'], data: readonly unknown[]) =>
      problems({ inputs: [{ name: 'n', datatype, shape: [data.length], data }] }, spec(datatype));
    expect(of('INT64', [2 ** 53 - 1, -5])).toEqual([]);
    expect(of('INT64', [2 ** 53])[0]).toContain('larger ones as binary data');
    expect(of('INT32', [2 ** 31])[0]).toContain('whole numbers from -2147483648 to 2147483647');
    expect(of('INT8', [1.5])[0]).toContain('found 1.5 at place 0');
    expect(of('UINT64', [-1])[0]).toContain('whole numbers from 0');
    expect(of('BOOL', [true, false])).toEqual([]);
    expect(of('BOOL', [1])[0]).toContain('true or false');
    expect(of('FP64', ['1'])[0]).toContain('numbers, or null for NaN');
  });

  it('reads tensors as bytes behind the JSON and answers so', () => {
    const json = Buffer.from(
      JSON.stringify({
        inputs: [
          { name: 'x', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } },
          { name: 'word', datatype: 'BYTES', shape: [1], parameters: { binary_data_size: 6 } },
        ],
        outputs: [{ name: 'y', parameters: { binary_data: true } }],
      }),
    );
    const numbers = Buffer.from(new Float32Array([1.5, -2]).buffer);
    const text = Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from('hi')]);
    const body = Buffer.concat([json, numbers, text]);
    const parsed = parseInferRequest({ body, jsonBytes: json.length, inputs, outputs });
    if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
    expect(parsed.inputs.map(({ elements }) => elements)).toEqual([new Float32Array([1.5, -2]), ['hi']]);
    expect(parsed.outputs).toEqual([{ name: 'y', isBinary: true }]);

    const tensor = { name: 'y', datatype: 'FP32' as const, shape: [2], elements: new Float32Array([0.5, 1]) };
    const answer = renderInferResponse({ model: 'm', version: '1', id: null, outputs: [{ tensor, isBinary: true }] });
    const head = JSON.parse(Buffer.from(answer.body.subarray(0, answer.jsonBytes ?? 0)).toString());
    expect(head.outputs).toEqual([{ name: 'y', datatype: 'FP32', shape: [2], parameters: { binary_data_size: 8 } }]);
    expect(new Uint8Array(answer.body.subarray(answer.jsonBytes ?? 0))).toEqual(new Uint8Array(tensor.elements.buffer));
  });

  it('refuses binary data that is too short, too long or no text', () => {
    const attempt = (size: number, bytes: Buffer): string => {
      const json = Buffer.from(
        JSON.stringify({
          inputs: [{ name: 'word', datatype: 'BYTES', shape: [1], parameters: { binary_data_size: size } }],
        }),
      );
      const specs = inputs.slice(1);
      const parsed = parseInferRequest({
        body: Buffer.concat([json, bytes]),
        jsonBytes: json.length,
        inputs: specs,
        outputs,
      });
      return parsed.kind === 'invalid' ? parsed.problems.join('; ') : 'valid';
    };
    expect(attempt(100, Buffer.from('abc'))).toContain('expected 100 bytes of binary data');
    expect(attempt(3, Buffer.from('abcdef'))).toContain('expected 3 bytes of binary data, found 6');
    expect(attempt(4, Buffer.from([255, 255, 255, 255]))).toContain('found bytes that are none');
    expect(attempt(5, Buffer.from([1, 0, 0, 0, 0xff]))).toContain('found bytes that are none');
    const body = Buffer.from('{}');
    expect(parseInferRequest({ body, jsonBytes: 99, inputs, outputs })).toMatchObject({ kind: 'invalid' });
  });

  it('says of anything that is no request that it is none, and never throws', () => {
    expect(problems('nonsense')[0]).toContain('expected a JSON document in UTF-8');
    expect(problems([])[0]).toContain('expected an inference request');
    expect(problems({ inputs: [{ name: 'x' }] })[0]).toContain('inputs.0.shape');
    expect(problems(`${'['.repeat(100_000)}`)).not.toEqual([]);
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(parse(value).kind).toBe('invalid');
        expect(parse({ inputs: value }).kind).toBe('invalid');
        expect(parse({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: value }, word] }).kind).toBeTypeOf(
          'string',
        );
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.option(fc.nat(200)), (body, jsonBytes) => {
        expect(parseInferRequest({ body, jsonBytes, inputs, outputs }).kind).toBe('invalid');
      }),
    );
  });
});

describe('an inference answer', () => {
  it('writes every digit of large whole numbers, and null where JSON has no number', () => {
    const { body } = renderInferResponse({
      model: 'm "x"',
      version: '1',
      id: 'é',
      outputs: [
        {
          tensor: { name: 'n', datatype: 'INT64', shape: [1], elements: new BigInt64Array([9007199254740993n]) },
          isBinary: false,
        },
        {
          tensor: { name: 'f', datatype: 'FP64', shape: [2], elements: new Float64Array([Number.NaN, 0.5]) },
          isBinary: false,
        },
        { tensor: { name: 'b', datatype: 'BOOL', shape: [2], elements: new Uint8Array([1, 0]) }, isBinary: false },
      ],
    });
    expect(Buffer.from(body).toString()).toBe(
      '{"model_name":"m \\"x\\"","model_version":"1","id":"é","outputs":[{"name":"n","datatype":"INT64","shape":[1],"data":[9007199254740993]},{"name":"f","datatype":"FP64","shape":[2],"data":[null,0.5]},{"name":"b","datatype":"BOOL","shape":[2],"data":[true,false]}]}',
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../../src/core/ids.js';
import { Modality } from '../../../src/gen/sextant/v1/model.js';
import { Role, TaskType } from '../../../src/gen/sextant/v1/request.js';
import { SelectRequest } from '../../../src/gen/sextant/v1/selection.js';
import { LIMITS } from '../../../src/service/limits.js';
import { decodeQuestion } from '../../../src/service/validate/question.js';
import { refusesProperly, violationsOf } from '../../builders/violations.js';

const ACME = 'acme' as TenantId;
type Draft = Parameters<typeof SelectRequest.fromPartial>[0];
const GOOD: Draft = { useCase: 'support-chat', input: { content: { $case: 'text', value: 'hello' } } };
const request = (changes: Draft): SelectRequest => SelectRequest.fromPartial({ ...GOOD, ...changes });
const faultsOf = (changes: Draft): string[] => violationsOf(() => decodeQuestion(request(changes), ACME));
const SCORES = { length: 0, reasoningDepth: 1, domainKnowledge: 0.5 };

describe('a request that says little', () => {
  it('is a question with the defaults filled in', () => {
    expect(decodeQuestion(request({}), ACME)).toEqual({
      tenant: 'acme',
      useCase: 'support-chat',
      input: { messages: [{ role: 'user', text: 'hello' }], modalities: [], toolCount: 0 },
      requirements: { allOf: [], anyOf: [], noneOf: [] },
      attributes: {},
      batch: false,
      streaming: false,
      maxFallbacks: LIMITS.fallbacksDefault,
    });
  });

  it('may give features in place of text', () => {
    const input = {
      complexity: SCORES,
      inputTokens: 5000n,
      taskType: TaskType.CODE,
      modalities: [Modality.IMAGE],
    };
    expect(decodeQuestion(request({ input }), ACME).input).toMatchObject({
      messages: [],
      inputTokens: 5000,
      taskType: 'code',
      modalities: ['image'],
      complexity: { reasoning_depth: 1, domain_knowledge: 0.5, code: 0 },
    });
  });

  it.each<[string, Draft['input'], string[]]>([
    ['images', { images: [{ widthPx: 800, heightPx: 600 }] }, ['image']],
    ['sound', { audioDuration: { seconds: 2n } }, ['audio']],
    ['no sound', { audioDuration: {} }, []],
    [
      'both, where one is named',
      {
        modalities: [Modality.TEXT, Modality.AUDIO],
        images: [{ widthPx: 1, heightPx: 1 }],
        audioDuration: { nanos: 1 },
      },
      ['text', 'audio', 'image'],
    ],
  ])('has the modality of what is attached by size: %s', (_name, attached, modalities) => {
    const input = { ...GOOD.input, ...attached };
    expect(decodeQuestion(request({ input }), ACME).input.modalities).toEqual(modalities);
  });

  it('may ask for no fallback at all', () => {
    expect(decodeQuestion(request({ maxFallbacks: 0 }), ACME).maxFallbacks).toBe(0);
  });

  it('has its weights scaled to sum to one', () => {
    const { weights } = decodeQuestion(request({ preferences: { quality: 2, cost: 1, latency: 1 } }), ACME);
    expect(weights).toEqual({ quality: 0.5, cost: 0.25, latency: 0.25 });
  });
});

describe('a bad request', () => {
  it('is told every violation at once', () => {
    const faults = faultsOf({
      useCase: 'Not A Name',
      input: {
        content: {
          $case: 'chat',
          value: {
            messages: [
              { role: 9 as Role, text: 'x' },
              { role: Role.USER, text: 'y' },
            ],
          },
        },
        complexity: { ...SCORES, code: NaN, ambiguity: 1.5, languages: -0.1 },
        taskType: 99 as TaskType,
        inputTokens: -1n,
        maxOutputTokens: 0n,
        modalities: [Modality.TEXT, 77 as Modality, Modality.TEXT],
        toolCount: 1_000_000,
      },
      requirements: {
        allOf: ['toolz', 'tools', ''],
        noneOf: ['tools'],
        minContextWindowTokens: 0n,
        inputModalities: [0],
        regions: ['eu', 'eu'],
      },
      preferences: { quality: NaN, cost: -1, latency: Infinity },
      attributes: { 'bad key': 'x', good: 'line\nbreak', long: 'v'.repeat(257) },
      maxFallbacks: 5,
    });
    expect(faults).toEqual(
      [
        'attributes["bad key"]',
        'attributes["good"]',
        'attributes["long"]',
        'input.chat.messages[0].role',
        'input.complexity.ambiguity',
        'input.complexity.code',
        'input.complexity.languages',
        'input.input_tokens',
        'input.max_output_tokens',
        'input.modalities[1]',
        'input.modalities[2]',
        'input.task_type',
        'input.tool_count',
        'max_fallbacks',
        'preferences.cost',
        'preferences.latency',
        'preferences.quality',
        'requirements.all_of[0]',
        'requirements.all_of[1]',
        'requirements.all_of[2]',
        'requirements.input_modalities[0]',
        'requirements.min_context_window_tokens',
        'requirements.regions[1]',
        'use_case',
      ].sort(),
    );
  });

  it.each<[string, Draft, string[]]>([
    ['no input', { input: undefined }, ['input']],
    ['neither text nor features', { input: {} }, ['input.complexity', 'input.input_tokens']],
    ['no use case', { useCase: '' }, ['use_case']],
    ['a use case of 64 bytes', { useCase: 'a'.repeat(64) }, ['use_case']],
    ['an empty chat', { input: { content: { $case: 'chat', value: {} } } }, ['input.chat.messages']],
    ['weights that are all zero', { preferences: {} }, ['preferences']],
    [
      'a text that is too long',
      { input: { content: { $case: 'text', value: 'x'.repeat(200_001) } } },
      ['input.text'],
    ],
    [
      'a label that contradicts another',
      { requirements: { anyOf: ['tools'], noneOf: ['tools'] } },
      ['requirements.any_of'],
    ],
  ])('with %s is refused', (_name, changes, paths) => {
    expect(faultsOf(changes)).toEqual(paths);
  });

  it('is refused for a chat whose messages are too long together, or too many', () => {
    const chat = (messages: { role: Role; text: string }[]): Draft => ({
      input: { content: { $case: 'chat', value: { messages } } },
    });
    const half = { role: Role.USER, text: 'x'.repeat(100_001) };
    expect(faultsOf(chat([half, half]))).toEqual(['input.chat.messages']);
    const many = Array.from({ length: LIMITS.messagesMax + 1 }, () => ({ role: Role.USER, text: '' }));
    expect(faultsOf(chat(many))).toEqual(['input.chat.messages']);
    expect(faultsOf(chat(many.slice(1)))).toEqual([]);
  });

  it('is refused for more attributes than the limit', () => {
    const attributes = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, 'v']));
    expect(faultsOf({ attributes })).toEqual(['attributes']);
  });
});

describe('any message', () => {
  const number = fc.double();
  const whole = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const enumNumber = fc.oneof(fc.nat(12), fc.integer());
  const labels = fc.array(fc.oneof(fc.string(), fc.constantFrom('tools', 'tag:x', 'streaming')), {
    maxLength: 5,
  });
  const content = fc.oneof(
    fc.record({ $case: fc.constant('text' as const), value: fc.string() }),
    fc.record({
      $case: fc.constant('chat' as const),
      value: fc.record({
        messages: fc.array(fc.record({ role: enumNumber, text: fc.string() }), { maxLength: 4 }),
      }),
    }),
  );
  const optional = { requiredKeys: [] as [] };
  const scores = fc.record({ length: number, code: number, ambiguity: number }, optional);
  const anyInput = fc.record(
    {
      content,
      complexity: scores,
      taskType: enumNumber,
      inputTokens: whole,
      maxOutputTokens: whole,
      modalities: fc.array(enumNumber, { maxLength: 4 }),
      toolCount: fc.nat(0xffff_ffff),
    },
    optional,
  );
  const anyRequest = fc.record(
    {
      useCase: fc.oneof(fc.string(), fc.constant('chat')),
      input: anyInput,
      requirements: fc.record(
        {
          allOf: labels,
          anyOf: labels,
          noneOf: labels,
          regions: labels,
          minOutputTokens: whole,
          inputModalities: fc.array(enumNumber, { maxLength: 3 }),
        },
        optional,
      ),
      preferences: fc.record({ quality: number, cost: number, latency: number }, optional),
      attributes: fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 }),
      maxFallbacks: fc.nat(0xffff_ffff),
    },
    optional,
  );

  it('is a question or a SextantError, never another error', () => {
    fc.assert(
      fc.property(anyRequest, (draft) => {
        refusesProperly(() => decodeQuestion(SelectRequest.fromPartial(draft), ACME));
      }),
      { numRuns: 500 },
    );
  });

  it('is the same question after a trip over the wire', () => {
    fc.assert(
      fc.property(anyInput, (draft) => {
        const sent = SelectRequest.fromPartial({ useCase: 'chat', input: draft });
        const received = SelectRequest.decode(SelectRequest.encode(sent).finish());
        expect(violationsOf(() => decodeQuestion(received, ACME))).toEqual(
          violationsOf(() => decodeQuestion(sent, ACME)),
        );
      }),
    );
  });
});

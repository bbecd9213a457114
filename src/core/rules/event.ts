import type { ModelSelector } from './selector.js';

/** What a rule does when it fires. `reason` is always there: the rule's own, or one made from its numbers. */
export type RuleEvent =
  | { readonly type: 'exclude'; readonly reason: string; readonly selector?: ModelSelector }
  | { readonly type: 'restrict'; readonly reason: string; readonly selector: ModelSelector }
  | { readonly type: 'require'; readonly reason: string; readonly capabilities: readonly string[] }
  | { readonly type: 'cap'; readonly reason: string; readonly costUsd?: number; readonly latencyMs?: number }
  | { readonly type: 'weigh'; readonly quality: number; readonly cost: number; readonly latency: number }
  | { readonly type: 'pin'; readonly reason: string; readonly model: string }
  | { readonly type: 'reject'; readonly reason: string };

export type RuleScope = 'request' | 'candidate';

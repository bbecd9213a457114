/** The registry's name for a provider, where a price list calls it something else. */
const NAMES: Readonly<Record<string, string>> = {
  alibaba: 'qwen',
  dashscope: 'qwen',
  'amazon-bedrock': 'amazon',
  aws: 'amazon',
  bedrock: 'amazon',
  bedrock_converse: 'amazon',
  azure_ai: 'azure',
  cohere_chat: 'cohere',
  fireworks: 'fireworks-ai',
  fireworks_ai: 'fireworks-ai',
  gemini: 'google',
  meta_llama: 'meta-llama',
  mistral: 'mistralai',
  moonshot: 'moonshotai',
  together: 'togetherai',
  together_ai: 'togetherai',
  'x-ai': 'xai',
};

/** The registry's provider for a price list's one. Hosts stay hosts: an open model's maker is not its provider. */
export function providerName(listed: string): string {
  const lower = listed.toLowerCase();
  // LiteLLM splits Vertex AI by the model's maker: vertex_ai-language-models, vertex_ai-mistral_models, …
  return lower.startsWith('vertex_ai') ? 'vertex_ai' : (NAMES[lower] ?? lower);
}

/** A model's name without the provider that a list wrote before it, as `gemini/…` or as Bedrock's `amazon.…`. */
export function modelName(key: string, provider: string): string {
  const slash = key.indexOf('/');
  if (slash > 0 && providerName(key.slice(0, slash)) === provider) return key.slice(slash + 1);
  return key.startsWith(`${provider}.`) ? key.slice(provider.length + 1) : key;
}

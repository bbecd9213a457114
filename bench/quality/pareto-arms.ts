/** The arms of the published table, and the fourth that its shifts bring in. */
export const LLAMA = 'meta-llama/llama-3.1-8b-instruct';
export const MISTRAL = 'mistralai/mistral-large-2512';
export const GEMINI_PRO = 'google/gemini-2.5-pro';
export const GEMINI_FLASH = 'google/gemini-2.5-flash';

export const K3: readonly string[] = [LLAMA, MISTRAL, GEMINI_PRO];
export const K4: readonly string[] = [...K3, GEMINI_FLASH];

/** US dollars per request, from the published table and between its points. */
export const PARETO_BUDGETS_USD: readonly number[] = [8.3e-5, 2.3e-4, 3e-4, 6.6e-4, 1.9e-3, 5.3e-3, 1.5e-2];
/** The budgets of the shifts. */
export const SHIFT_BUDGETS_USD: readonly number[] = [3e-4, 6.6e-4, 1.9e-3];

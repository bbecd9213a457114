/** What surrounds the text of a request. */
export interface Setting {
  /** Messages of user, assistant and tools before the last. */
  readonly earlierMessages: number;
  /** Tools offered to the model. */
  readonly toolCount: number;
  /** Modalities other than text. */
  readonly attachments: number;
}

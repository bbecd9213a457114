/** One line; a field with a comma, a quote or a line end is quoted. */
export const csvLine = (fields: readonly (string | number)[]): string =>
  fields
    .map(String)
    .map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');

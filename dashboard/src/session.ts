import type { SessionView } from '../../src/admin/views.js';

export const isAdmin = ({ principal }: SessionView): boolean => principal?.roles.includes('admin') === true;

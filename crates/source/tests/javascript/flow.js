/**
 * @flow
 */
import type { Event } from './types';
export type Props = { name: ?string };
export function greet(event: Event, name?: string): Promise<Event> {
  return run((event: any), name);
}
export const other = (a: Event, b?: Array<Event>): ?Event => a;

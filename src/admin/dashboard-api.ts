import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalCalls } from '../runtime/local-calls.js';
import type { Runtime } from '../runtime/runtime.js';
import { Refusal, type Admission, type Visitor } from './admission.js';
import { watchEventLoop, type EventLoopWatch } from './event-loop-watch.js';
import { EventStream } from './event-stream.js';
import { answerCall, isCall } from './call-api.js';
import { decisionFilterOf, decisionIdOf, nameOf, spanOf } from './query.js';
import { readDecision, readDecisions } from './read/decisions.js';
import { readAnnotationsView } from './read/annotations.js';
import { readLeaderboard } from './read/leaderboard.js';
import { modelsNotClosed, readModels } from './read/models.js';
import { decisionRate, readOverview, timesView } from './read/overview.js';
import { readSeries } from './read/series.js';
import type { Sources } from './read/sources.js';
import { readSpend } from './read/spend.js';
import { readSystem } from './read/system.js';
import { sendJson } from './send-json.js';
import type { SessionView, TickView } from './views.js';

/** What does not change while the process runs. */
export interface About {
  readonly version: string;
  readonly node: string;
  readonly startedMs: number;
  readonly memoryBytes: () => number;
  readonly grpcPort: number;
}

export interface DashboardApiParts {
  readonly runtime: Runtime;
  readonly admission: Admission;
  readonly calls: LocalCalls;
  readonly about: About;
  readonly nowMs: () => number;
  /** Why the server is not ready; `null` where it is. */
  readonly notReady: () => string | null;
  /** What is amiss though the server is ready; `null` for nothing. */
  readonly warning: () => string | null;
}

type Read = (sources: Sources, query: URLSearchParams) => object | Promise<object>;

const PREFIX = '/api/v1/';

/** Answers `/api/v1/…` with JSON, of the visitor's tenant alone. */
export class DashboardApi {
  private readonly events: EventStream;
  private readonly loop: EventLoopWatch = watchEventLoop();

  private readonly views: Readonly<Record<string, Read>> = {
    overview: (sources, query) => readOverview(sources, spanOf(query)),
    leaderboard: (sources, query) => {
      const useCase = nameOf(query, 'useCase');
      if (useCase === undefined) throw new Refusal(400, 'useCase: is required');
      return readLeaderboard(sources, useCase, spanOf(query));
    },
    series: (sources, query) => readSeries(sources, nameOf(query, 'useCase'), spanOf(query)),
    annotations: (sources, query) => readAnnotationsView(sources, nameOf(query, 'useCase'), spanOf(query)),
    models: readModels,
    spend: (sources, query) => readSpend(sources, spanOf(query)),
    system: (sources) => this.system(sources),
    decisions: (sources, query) => readDecisions(sources, decisionFilterOf(query)),
    decision: async (sources, query) => {
      const found = await readDecision(sources, decisionIdOf(query.get('id') ?? ''));
      if (found === undefined) throw new Refusal(404, 'no such decision is in the log');
      return found;
    },
  };

  constructor(private readonly parts: DashboardApiParts) {
    this.events = new EventStream((visitor) => this.tick(visitor), parts.nowMs);
  }

  static serves(path: string): boolean {
    return path.startsWith(PREFIX);
  }

  /** @throws Refusal */
  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    { path, query }: { readonly path: string; readonly query: URLSearchParams },
  ): Promise<void> {
    const { admission, calls } = this.parts;
    if (isCall(path)) return answerCall(request, response, { path, admission, calls });
    const name = path.slice(PREFIX.length);
    if (name === 'session') return sendJson(response, await this.session(request));
    const visitor = await admission.admit(request);
    if (name === 'events') {
      if (request.method !== 'GET') throw new Refusal(405, 'only GET');
      return this.events.add(response, visitor);
    }
    const read = Object.hasOwn(this.views, name) ? this.views[name] : undefined;
    if (read === undefined) {
      const names = Object.keys(this.views).join(', ');
      throw new Refusal(404, `there are session, events, ${names} under ${PREFIX}`);
    }
    sendJson(response, await read(this.sourcesFor(visitor), query));
  }

  close(): void {
    this.events.close();
    this.loop.stop();
  }

  private sourcesFor({ principal }: Visitor): Sources {
    return { runtime: this.parts.runtime, tenant: principal.tenant, nowMs: this.parts.nowMs() };
  }

  private async session(request: IncomingMessage): Promise<SessionView> {
    const { admission } = this.parts;
    const visitor = await admission.peek(request);
    return {
      loginRequired: admission.loginRequired,
      grpcPort: this.parts.about.grpcPort,
      principal: visitor === undefined ? null : principalView(visitor.principal),
    };
  }

  private system(sources: Sources): object {
    const { about, notReady, warning } = this.parts;
    return readSystem(sources, {
      ...about,
      memoryBytes: about.memoryBytes(),
      notReady: notReady(),
      warning: warning(),
      eventLoopDelayMs: this.loop.lastWindow(),
    });
  }

  private tick(visitor: Visitor): TickView {
    const sources = this.sourcesFor(visitor);
    const { runtime, nowMs } = sources;
    const notReady = this.parts.notReady();
    let errorsPerMinute = 0;
    for (const { errors } of runtime.callTimes.lastMinute()) {
      for (const count of Object.values(errors)) errorsPerMinute += count;
    }
    return {
      timeMs: nowMs,
      ready: notReady === null,
      warning: notReady ?? this.parts.warning(),
      decisionsPerSecond: decisionRate(sources),
      select: timesView(runtime.callTimes.lastMinuteOf('Select')),
      errorsPerMinute,
      queueDepth: runtime.journal.depth,
      sequence: runtime.snapshot().learning.sequence,
      modelsNotClosed: modelsNotClosed(runtime, nowMs),
      policyRejected: runtime.policies.rejected !== undefined,
    };
  }
}

const principalView = ({ name, tenant, roles }: Visitor['principal']): SessionView['principal'] => ({
  name,
  tenant,
  roles: [...roles],
});

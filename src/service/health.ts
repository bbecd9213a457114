import { status as GrpcStatus, type ServerWritableStream } from '@grpc/grpc-js';
import {
  HealthCheckResponse_ServingStatus as ServingStatus,
  type HealthCheckRequest,
  type HealthCheckResponse,
  type HealthServer,
} from '../gen/grpc/health/v1/health.js';

type WatchCall = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

/** The grpc.health.v1 service, and the handle by which the process says how it is. */
export interface Health {
  readonly implementation: HealthServer;
  /** Sets one service's status, `''` for the whole server; a name that was unknown becomes known. */
  set(service: string, status: 'SERVING' | 'NOT_SERVING'): void;
  /** Ends every open watch, and from now on each new one after its first answer. For shutdown. */
  endWatches(): void;
}

/** An open watch, which keeps no queue: only the latest status matters. */
interface Watch {
  readonly service: string;
  /** Sends the current status, unless it was sent already or a message is still under way. */
  update(): void;
  end(): void;
}

/** Health of the named services and of the whole server, all NOT_SERVING until set. */
export function createHealth(services: readonly string[]): Health {
  const statuses = new Map<string, ServingStatus>(
    ['', ...services].map((service) => [service, ServingStatus.NOT_SERVING]),
  );
  const watches = new Set<Watch>();
  let ended = false;

  const implementation: HealthServer = {
    check(call, callback) {
      const status = statuses.get(call.request.service);
      if (status === undefined) callback({ code: GrpcStatus.NOT_FOUND, details: 'unknown service' });
      else callback(null, { status });
    },

    watch(call) {
      const { service } = call.request;
      const watch = createWatch(call, () => statuses.get(service) ?? ServingStatus.SERVICE_UNKNOWN);
      watch.update();
      if (ended) {
        watch.end();
        return;
      }
      watches.add(watch);
      call.on('close', () => watches.delete(watch));
    },

    list(_call, callback) {
      callback(null, {
        statuses: Object.fromEntries([...statuses].map(([service, status]) => [service, { status }])),
      });
    },
  };

  return {
    implementation,
    set(service, status) {
      statuses.set(service, ServingStatus[status]);
      for (const watch of watches) if (watch.service === service) watch.update();
    },
    endWatches() {
      ended = true;
      for (const watch of watches) watch.end();
      watches.clear();
    },
  };
}

function createWatch(call: WatchCall, currentStatus: () => ServingStatus): Watch {
  let sent: ServingStatus | undefined;
  let underWay = false;

  function update(): void {
    const status = currentStatus();
    if (underWay || call.writableEnded || status === sent) return;
    sent = status;
    underWay = true;
    // The callback waits for the client's flow control, so a slow client holds one message and no more.
    call.write({ status }, (error?: Error | null) => {
      underWay = false;
      if (!error) update();
    });
  }

  return {
    service: call.request.service,
    update,
    end() {
      const status = currentStatus();
      if (status !== sent) call.write({ status });
      call.end();
    },
  };
}

import type { SessionView } from '../../../src/admin/views.js';
import type { GetActivePolicyResponse, ListPolicyVersionsResponse } from '../contract.js';
import { at, shortVersion } from '../format.js';
import { useCall } from '../load.js';
import { Badge, Stat, WhenLoaded } from '../parts/state.js';
import type { Go, Route } from '../route.js';
import { Playground } from './playground.js';
import { PolicyComparison } from './policy-comparison.js';
import { PolicyVersions } from './policy-versions.js';
import { RuleList } from './rule-list.js';

interface RulesProps {
  readonly route: Route;
  readonly go: Go;
  readonly session: SessionView;
}

/** The policy in force, a request to try it on, its rules and its versions. */
export function Rules({ route, go, session }: RulesProps) {
  const active = useCall<GetActivePolicyResponse>('PolicyService/GetActivePolicy', {}, { again: true });
  const versions = useCall<ListPolicyVersionsResponse>(
    'PolicyService/ListPolicyVersions',
    { pageSize: 100 },
    { again: true },
  );
  return (
    <>
      <WhenLoaded of={active}>{(policy) => <InForce policy={policy} />}</WhenLoaded>
      <Playground route={route} go={go} session={session} />
      <WhenLoaded of={versions}>
        {({ versions: kept }) => (
          <>
            <PolicyComparison kept={kept} route={route} go={go} />
            <RuleList kept={kept} session={session} />
            <PolicyVersions kept={kept} route={route} go={go} session={session} />
          </>
        )}
      </WhenLoaded>
    </>
  );
}

function InForce({ policy: { version, activateTime, ruleCount, pin } }: { policy: GetActivePolicyResponse }) {
  return (
    <dl class="stats">
      <Stat title="Policy in force">
        <code title={version}>{shortVersion(version)}</code>
      </Stat>
      <Stat title="Since">{at(Date.parse(activateTime))}</Stat>
      <Stat title="Rules">{ruleCount}</Stat>
      <Stat title="Folder" help="A pinned version stays in force whatever the folder holds">
        {pin === undefined ? <Badge tone="good">followed</Badge> : <Badge tone="warn">pinned</Badge>}
      </Stat>
    </dl>
  );
}

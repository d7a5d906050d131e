import { createContext, type ReactNode, useContext } from "react";
import { useWho } from "@/frame/who";
import { useWhoGrants } from "@/page/admin/right";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";

const t = text.environments;
const none: readonly string[] = [];
const Acceptors = createContext(none);

/** Says within it which groups accept what was found; none: whoever may deploy. */
export function AcceptedBy({ groups = none, children }: { groups?: readonly string[] | null | undefined; children: ReactNode }) {
  return <Acceptors value={groups ?? none}>{children}</Acceptors>;
}

/** Whether whoever is signed in may accept what was found here. */
export function useMayAccept(): boolean {
  const groups = useContext(Acceptors);
  const who = useWho();
  return groups.length === 0 || (who?.groups.some(({ group }) => groups.includes(group)) ?? false);
}

/** Why nothing is accepted here: whose it is, and who can give a seat there. */
export function NotAccepting() {
  const groups = useContext(Acceptors);
  const grants = useWhoGrants();
  return useMayAccept() ? null : (
    <p className="row ink2" role="note">
      <Icon name="shield" />
      <span>
        {t.acceptedOnlyBy(groups)} {grants}
      </span>
    </p>
  );
}

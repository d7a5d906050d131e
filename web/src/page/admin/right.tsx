import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";
import { useWho } from "@/frame/who";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./admin.module.css";

const t = text.admin;
export type Action = Schema["SignedIn"]["rights"][number];

/** Whether whoever is signed in may do something; undefined until it is known. */
export function useMay(action: Action): boolean | undefined {
  const who = useWho();
  return who === undefined ? undefined : who.rights.includes(action);
}

/** The roles, what each allows, and who has it. */
export function useRoles() {
  return useQuery({ queryKey: ["roles"], queryFn: () => ask(api.GET("/api/v1/roles")) });
}

/** What a role is called and who has it: "viewer: looks"; of those that allow nothing besides some rights. */
export function useRoleChoices(within?: readonly Action[]) {
  const roles = (useRoles().data?.items ?? []).filter((role) => within === undefined || role.allows.every((right) => within.includes(right.action)));
  return roles.map((role) => ({ value: role.role, label: `${role.role}: ${role.about}` }));
}

/** Who can give roles and seats in groups, in words; undefined until it is known. */
export function useWhoGrants(): string | undefined {
  const granting = useRoles().data?.items.filter((role) => role.allows.some((right) => right.action === "administer"));
  return granting === undefined
    ? undefined
    : t.whoGrants(
        granting.flatMap((role) => role.names ?? []),
        granting.reduce((sum, role) => sum + role.people, 0),
      );
}

interface Props {
  /** The right that is missing. */
  to: Action;
  /** What cannot be done, or seen, without it. */
  what: string;
}

/** Why something is not here: which role it needs, and who can give it. */
export function NoRight({ to, what }: Props) {
  const who = useWho();
  const roles = useRoles().data?.items;
  const may = useMay(to);
  const grants = useWhoGrants();
  if (may !== false || roles === undefined) {
    return null;
  }
  const needed = roles.filter((role) => role.allows.some((right) => right.action === to)).map((role) => role.role);
  return (
    <div className={classes["noRight"]} role="note">
      <span className="mute">
        <Icon name="shield" />
      </span>
      <span>
        {t.noRight(what, needed, who?.role ?? "")} {grants}
      </span>
    </div>
  );
}

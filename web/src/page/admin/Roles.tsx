import { Table } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./admin.module.css";
import { NoRight, useMay, useRoles } from "./right";

const t = text.admin;

/** What each role allows, as the server lets it through, and who has it. */
export function Roles() {
  const list = useRoles();
  const administers = useMay("administer") === true;
  if (list.error !== null) {
    return <Failure error={list.error} retry={() => void list.refetch()} />;
  }
  const roles = list.data?.items;
  if (roles === undefined) {
    return <Loading rows={6} />;
  }
  // The first role allows everything: its rights are the rows.
  const rights = [...new Map(roles.flatMap((role) => role.allows.map((right) => [right.action, right.about] as const))).entries()];
  return (
    <>
      <NoRight to="administer" what={t.toGiveRoles} />
      <section className="card" aria-label={t.whoHas}>
        <header>
          <h2>{t.whoHas}</h2>
        </header>
        {roles.map((role) => (
          <div key={role.role} className={classes["item"]} data-item={role.role}>
            <div className="row wrap between">
              <span>
                <span className="strong">{role.role}</span> <span className="ink2">{role.about}</span>
              </span>
              <span className="second">{t.held(role.people, role.tokens)}</span>
            </div>
            {role.names === undefined ? null : (
              <div className={classes["names"]}>
                {role.names.map((name) => (administers ? (
                  <Link key={name} to="/admin/$tab" params={{ tab: "people" }} search={{ text: name }}>
                    {name}
                  </Link>
                ) : (
                  <span key={name}>{name}</span>
                )))}
                {role.people > role.names.length ? <span className="ink3">{t.andMore(role.people - role.names.length)}</span> : null}
              </div>
            )}
          </div>
        ))}
      </section>
      <section className="card" aria-label={t.whatAllows}>
        <header>
          <h2>{t.whatAllows}</h2>
        </header>
        <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={t.rightsByRole}>
          <Table className={classes["rights"] ?? ""} verticalSpacing={8} horizontalSpacing={16}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t.right}</Table.Th>
                {roles.map((role) => (
                  <Table.Th key={role.role} scope="col" className={classes["mark"] ?? ""}>
                    {role.role}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rights.map(([action, about]) => (
                <Table.Tr key={action}>
                  <Table.Th scope="row">
                    <span className="strong">{action}</span> <span className="second">{about}</span>
                  </Table.Th>
                  {roles.map((role) => (
                    <Table.Td key={role.role} className={classes["mark"] ?? ""}>
                      {role.allows.some((right) => right.action === action) ? <Icon name="tick" label={t.may} /> : <span className="unseen">{t.mayNot}</span>}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </section>
    </>
  );
}

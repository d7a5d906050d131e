import { Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { type ComponentType, useEffect, useRef } from "react";
import { usePage } from "@/frame/page";
import { text } from "@/text";
import classes from "./admin.module.css";
import { Announcements } from "./Announcements";
import { People } from "./People";
import { Policies } from "./Policies";
import { Roles } from "./Roles";
import { Sessions } from "./Sessions";
import { Settings } from "./Settings";
import { Tokens } from "./Tokens";
import { Triggers } from "./Triggers";

const t = text.admin;
const route = getRouteApi("/admin/$tab");
type Tab = keyof typeof t.tabs;
const panels: Record<Tab, ComponentType> = { people: People, roles: Roles, tokens: Tokens, sessions: Sessions, policies: Policies, triggers: Triggers, announcements: Announcements, settings: Settings };
const tabs = Object.keys(panels) as Tab[];

/** Who may do what, what begins and tells by itself, and what the server runs with. */
export function Admin() {
  const { tab } = route.useParams();
  const navigate = route.useNavigate();
  const at = tabs.find((name) => name === tab) ?? "people";
  usePage({ title: `${t.title}: ${t.tabs[at]}`, crumbs: [{ word: t.title, to: "/admin/people" }, { word: t.tabs[at] }] });
  const Panel = panels[at];
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On a phone the tabs scroll sideways: the one that is shown must be in sight.
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [at]);
  return (
    <div className="stack">
      <h1>{t.title}</h1>
      <Tabs value={at} onChange={(value) => void navigate({ params: { tab: value ?? "people" }, search: {} })} keepMounted={false}>
        <Tabs.List ref={list} mb="md" className={classes["tabs"] ?? ""}>
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={at}>
          <div className="stack">
            <p className="ink2">{t.leads[at]}</p>
            <Panel />
          </div>
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

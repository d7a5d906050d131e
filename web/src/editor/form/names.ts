import { useQuery } from "@tanstack/react-query";
import { api, ask } from "@/api/client";

type Kind = "Environment" | "Component" | "Group" | "Service" | "Model" | "Person";

/** Fields that name another document, and of which kind it is. */
const kinds: Readonly<Record<string, Kind>> = {
  environment: "Environment",
  environments: "Environment",
  component: "Component",
  components: "Component",
  group: "Group",
  groups: "Group",
  escalateTo: "Group",
  service: "Service",
  model: "Model",
  members: "Person",
};

/** The names that a field may have, where it names another document. */
export function useNames(field: string): readonly string[] {
  const kind = Object.hasOwn(kinds, field) ? kinds[field] : undefined;
  const found = useQuery({
    queryKey: ["documents", kind ?? "none", "names"],
    enabled: kind !== undefined,
    queryFn: async () => (await ask(api.GET("/api/v1/documents/{kind}", { params: { path: { kind: kind ?? "Environment" }, query: { limit: 1000 } } }))).items.map((d) => d.name),
    staleTime: 60_000,
  }).data;
  return found ?? [];
}

import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schema } from "@/api/client";
import { keepProof } from "@/api/session";

/** Who is signed in, with role, rights and groups. */
export type Who = Schema["SignedIn"];

export const whoKey = ["session"];

export function useSession() {
  return useQuery({
    queryKey: whoKey,
    queryFn: async () => {
      const who = await ask(api.GET("/api/v1/session"));
      keepProof(who.csrf);
      return who;
    },
    staleTime: Infinity,
    gcTime: Infinity,
  });
}

export function useWho(): Who | undefined {
  return useSession().data;
}

/** "Mara Lind" is ML, "admin" is AD. */
export function initials(name: string): string {
  const words = name.split(/[\s._@-]+/).filter((word) => word !== "");
  const [first = "", second = ""] = words;
  return (second === "" ? first.slice(0, 2) : first.charAt(0) + second.charAt(0)).toUpperCase();
}

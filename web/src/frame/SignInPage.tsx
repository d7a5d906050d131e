import { useEffect } from "react";
import { text } from "@/text";
import classes from "./door.module.css";
import { Mark } from "./Rail";
import { SignInForm } from "./SignInForm";

/** One card on the canvas; afterwards the page that was asked for. */
export function SignInPage() {
  useEffect(() => {
    document.title = `${text.signIn.title} · ${text.frame.product}`;
  }, []);
  return (
    <main className={classes["canvas"]}>
      <div className={`card ${classes["door"] ?? ""}`}>
        <div className={classes["brand"]}>
          <Mark />
          <span>{text.frame.product}</span>
        </div>
        <h1>{text.signIn.title}</h1>
        <SignInForm />
      </div>
    </main>
  );
}

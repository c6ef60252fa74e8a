/** How much a customer may ask: decisions a month and calls a second; empty is no limit. */
import { type MeterAccountShape, meteringRoutes } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { Field } from "../design/field.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { Loading } from "../design/parts.tsx";
import { QueryFault } from "../design/query-fault.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";

export function LimitsForm({ customer }: { customer: string }) {
  const account = useQuery({
    queryKey: ["account", customer],
    queryFn: () => callRoute(meteringRoutes.readMeterAccount, { params: { customer } }),
  });
  if (account.isPending) return <Loading />;
  if (account.isError) return <QueryFault query={account} />;
  return <Limits key={customer} account={account.data} />;
}

function Limits({ account }: { account: MeterAccountShape }) {
  const { say, number, money } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const { customer, monthlyQuota, callsPerSecond, usedThisMonth, balance } = account;
  const [quota, setQuota] = useState(monthlyQuota?.toString() ?? "");
  const [rate, setRate] = useState(callsPerSecond?.toString() ?? "");
  const limits = { monthlyQuota: limitOf(quota), callsPerSecond: limitOf(rate) };
  const save = useMutation({
    mutationFn: () => callRoute(meteringRoutes.setCustomerLimits, { params: { customer }, body: limits }),
    onSuccess: (changed) => {
      client.setQueryData(["account", customer], changed);
      toast(say("common.saved"));
    },
  });
  return (
    <Form
      className="card"
      onSend={() => save.mutateAsync()}
      unsaved={limits.monthlyQuota !== monthlyQuota || limits.callsPerSecond !== callsPerSecond}
      actions={<SubmitButton>{say("common.save")}</SubmitButton>}
    >
      <div>
        <h2>{say("limits.title")}</h2>
        <p className="quiet small">
          {say("limits.used", { count: number(usedThisMonth) })}
          {balance === null ? "" : ` ${say("limits.balance", { amount: money(balance.nanos, balance.currency) })}`}
        </p>
      </div>
      <div className="fields roomy">
        <Field label={say("limits.quota")} name="monthlyQuota" hint={say("limits.none")}>
          <input
            className="input"
            type="number"
            min={0}
            max={1_000_000_000_000_000}
            step={1}
            inputMode="numeric"
            value={quota}
            onChange={(event) => setQuota(event.target.value)}
          />
        </Field>
        <Field label={say("limits.rate")} name="callsPerSecond" hint={say("limits.none")}>
          <input
            className="input"
            type="number"
            min={1}
            max={100_000}
            step={1}
            inputMode="numeric"
            value={rate}
            onChange={(event) => setRate(event.target.value)}
          />
        </Field>
      </div>
    </Form>
  );
}

function limitOf(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

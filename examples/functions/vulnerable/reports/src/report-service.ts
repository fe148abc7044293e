import { AthenaClient, StartQueryExecutionCommand } from "@aws-sdk/client-athena";
import { DynamoDBClient, ExecuteStatementCommand } from "@aws-sdk/client-dynamodb";

export interface ReturnLine {
  sku: string;
  reason: string;
}

export class ReportService {
  private readonly athena = new AthenaClient({});
  private readonly dynamo = new DynamoDBClient({});

  constructor(private readonly database: string) {}

  async startRevenue(region: string, month: string): Promise<string | undefined> {
    const statement = this.revenueStatement(region, month);
    const started = await this.athena.send(
      new StartQueryExecutionCommand({
        QueryString: statement,
        QueryExecutionContext: { Database: this.database },
        WorkGroup: process.env.ATHENA_WORKGROUP,
      }),
    );
    return started.QueryExecutionId;
  }

  async returns(region: string): Promise<ReturnLine[]> {
    const { Items = [] } = await this.dynamo.send(
      new ExecuteStatementCommand({
        Statement: `SELECT sku, reason FROM "returns" WHERE region = '${region}'`,
      }),
    );
    return Items.map((item) => ({ sku: item.sku?.S ?? "", reason: item.reason?.S ?? "" }));
  }

  private revenueStatement(region: string, month: string): string {
    return [
      "SELECT day, sum(total) AS revenue FROM orders",
      `WHERE region = '${region}' AND month = '${month}'`,
      "GROUP BY day ORDER BY day",
    ].join(" ");
  }
}

import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from "aws-lambda";
import { ReportService } from "./report-service";
import { reply, toCsv } from "./formats";

const service = new ReportService(process.env.REPORT_DATABASE ?? "shop_reports");

export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> => {
  const query = event.queryStringParameters ?? {};
  const region = query.region ?? "eu";
  try {
    switch (query.kind) {
      case "revenue":
        return reply(200, { id: await service.startRevenue(region, query.month ?? "2025-01") });
      case "returns":
        return reply(200, await service.returns(region));
      default:
        return reply(400, { message: "unknown report" });
    }
  } catch (error) {
    const reason = error instanceof Error ? error.stack : String(error);
    return { statusCode: 500, body: toCsv([["error", reason ?? ""]]) };
  }
};

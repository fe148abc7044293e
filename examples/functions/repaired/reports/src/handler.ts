import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2, Context } from "aws-lambda";
import { ReportService } from "./report-service";
import { reply } from "./formats";

const service = new ReportService(process.env.REPORT_DATABASE ?? "shop_reports");

export const handler = async (
  event: APIGatewayProxyEventV2,
  context: Context,
): Promise<APIGatewayProxyResultV2> => {
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
    console.error("report failed", error);
    return reply(500, { message: "internal error", request: context.awsRequestId });
  }
};

package shop.invoices;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import java.util.Map;

public class InvoiceHandler
        implements RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> {

    private final InvoiceStore store = new JdbcInvoiceStore();
    private final InvoiceFiles files = new InvoiceFiles("/mnt/invoices");

    @Override
    public APIGatewayProxyResponseEvent handleRequest(
            APIGatewayProxyRequestEvent event, Context context) {
        Map<String, String> query = event.getQueryStringParameters();
        APIGatewayProxyResponseEvent response = new APIGatewayProxyResponseEvent();
        try {
            if (query.containsKey("file")) {
                return response.withStatusCode(200).withBody(files.read(query.get("file")));
            }
            int open = store.countOpen(query.get("customer"));
            return response.withStatusCode(200).withBody("{\"open\": " + open + "}");
        } catch (Exception e) {
            context.getLogger().log("invoice lookup failed");
            return response.withStatusCode(500);
        }
    }
}

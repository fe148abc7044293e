using System.Threading.Tasks;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Core;

namespace Shipments;

public class Function
{
    private readonly ILabelPrinter printer = new LabelPrinter();

    public async Task<APIGatewayProxyResponse> FunctionHandler(
        APIGatewayProxyRequest request, ILambdaContext context)
    {
        var parcel = request.PathParameters["parcel"];
        if (request.HttpMethod == "POST")
        {
            var manifest = Manifest.Parse(request.Body);
            context.Logger.LogInformation("parcels in the manifest: " + manifest.Count);
        }

        await printer.PrintAsync(parcel);
        return new APIGatewayProxyResponse { StatusCode = 202 };
    }
}

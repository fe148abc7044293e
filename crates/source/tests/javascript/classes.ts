@Injectable()
export class Service<T> extends Base<T> implements OnInit, ns.Other<Client> {
  private readonly client: S3Client = new S3Client({});
  declare shape: Shape;
  public static count?: number;
  definite!: Promise<Client>;
  [key: string]: unknown;
  constructor(private readonly db: Database, @Inject(TOKEN) public name: string, protected other = 1, plain: Client) {
    super();
  }
  abstract hidden(): void;
  overloaded(a: string): void;
  overloaded(a: any) { return <T>a; }
  @Get('/path') async get(@Query('q') q: string, @Body() body: Dto): Promise<Dto[]> { return this.db!.find(q); }
  override get value(): Client { return this.client; }
}
abstract class Shape { abstract area: number; abstract get(): void; method(this: Shape) {} }
